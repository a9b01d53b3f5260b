// An open-loop load generator over the bare wire: a client library would add its own milliseconds. Prints one line of JSON for each phase.
// `idle` waits for a line on its standard input after each phase, so that the caller can look at the broker.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

func main() {
	mode := flag.String("mode", "", "closed, open, end-to-end, idle or groups")
	address := flag.String("bootstrap", "", "host:port")
	topic := flag.String("topic", "load", "an existing topic; its partition 0 is used")
	size := flag.Int("size", 100, "bytes of a value")
	rate := flag.Float64("rate", 1000, "records per second, in all")
	connections := flag.Int("connections", 1, "producers, consumers or active connections")
	idle := flag.Int("idle", 0, "connections that keep still")
	groups := flag.Int("groups", 0, "groups")
	members := flag.Int("members", 5, "members of a group")
	warm := flag.Duration("warm", 2*time.Second, "not counted")
	during := flag.Duration("during", 10*time.Second, "counted")
	isTLS := flag.Bool("tls", false, "TLS; the certificate is not checked")
	login := flag.String("plain", "", "user:password for SASL PLAIN")
	flag.Parse()
	t := target{address: *address, isTLS: *isTLS}
	t.user, t.password, _ = strings.Cut(*login, ":")

	var result any
	var err error
	switch *mode {
	case "closed":
		result, err = closedLoop(t, *topic, *size, *warm, *during)
	case "open":
		result, err = openLoop(t, *topic, *size, *connections, *rate, *warm, *during)
	case "end-to-end":
		result, err = endToEnd(t, *topic, *connections, *rate, *warm, *during)
	case "groups":
		result, err = manyGroups(t, *topic, *groups, *members, *during)
	case "idle":
		err = beside(t, *topic, *idle, *connections, *rate, *warm, *during)
	default:
		err = fmt.Errorf("unknown mode %q", *mode)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if result != nil {
		print(result)
	}
}

func print(result any) {
	line, _ := json.Marshal(result)
	fmt.Println(string(line))
}

// beside measures active connections alone, opens idle ones, and measures again.
func beside(t target, topic string, idle, active int, rate float64, warm, during time.Duration) error {
	input := bufio.NewReader(os.Stdin)
	for _, count := range []int{0, idle} {
		conns, err := openIdle(t, count)
		if err != nil {
			return err
		}
		for _, c := range conns {
			defer c.Close()
		}
		print(map[string]int{"idle": count})
		if _, err := input.ReadString('\n'); err != nil {
			return err
		}
		result, err := openLoop(t, topic, 100, active, rate, warm, during)
		if err != nil {
			return err
		}
		print(result)
	}
	return nil
}
