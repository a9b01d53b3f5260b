module rivven/bench/wire

go 1.25
