// Latencies: a closed loop with one request in flight, an open loop at a fixed rate, and from producing to consuming.
package main

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"time"
)

type latencies struct {
	Count  int     `json:"count"`
	Rate   float64 `json:"rate"`
	P50    float64 `json:"p50_ms"`
	P99    float64 `json:"p99_ms"`
	P999   float64 `json:"p999_ms"`
	Max    float64 `json:"max_ms"`
	Errors int     `json:"errors"`
}

func summarise(all []time.Duration, during time.Duration, errors int) latencies {
	slices.Sort(all)
	at := func(q float64) float64 {
		if len(all) == 0 {
			return 0
		}
		return float64(all[min(len(all)-1, int(float64(len(all))*q))].Nanoseconds()) / 1e6
	}
	return latencies{len(all), float64(len(all)) / during.Seconds(), at(.5), at(.99), at(.999), at(1), errors}
}

// closedLoop keeps one request in flight.
func closedLoop(t target, topic string, size int, warm, during time.Duration) (latencies, error) {
	c, err := t.dial()
	if err != nil {
		return latencies{}, err
	}
	defer c.Close()
	body := produceBody(topic, batch(make([]byte, size)))
	var all []time.Duration
	errors := 0
	start := time.Now()
	for now := start; now.Sub(start) < warm+during; {
		answer, err := c.call(produce, 7, body)
		if err != nil {
			return latencies{}, err
		}
		after := time.Now()
		if produceError(answer) != 0 {
			errors++
		}
		if now.Sub(start) >= warm {
			all = append(all, after.Sub(now))
		}
		now = after
	}
	return summarise(all, during, errors), nil
}

// openLoop sends at planned times over several connections, whatever is still unanswered; a latency counts from the planned time.
func openLoop(t target, topic string, size, connections int, rate float64, warm, during time.Duration) (latencies, error) {
	type result struct {
		all    []time.Duration
		errors int
		err    error
	}
	results := make([]result, connections)
	var group sync.WaitGroup
	start := time.Now().Add(50 * time.Millisecond)
	step := time.Duration(float64(time.Second) * float64(connections) / rate)
	for i := range connections {
		c, err := t.dial()
		if err != nil {
			return latencies{}, err
		}
		defer c.Close()
		planned := make(chan time.Time, 1<<16)
		first := start.Add(step * time.Duration(i) / time.Duration(connections))
		body := produceBody(topic, batch(make([]byte, size)))
		go func() {
			defer close(planned)
			for at := first; at.Sub(start) < warm+during; at = at.Add(step) {
				time.Sleep(time.Until(at))
				planned <- at
				if c.send(produce, 7, body) != nil {
					return
				}
			}
		}()
		group.Go(func() {
			r := &results[i]
			for at := range planned {
				answer, err := c.receive()
				if err != nil {
					r.err = err
					return
				}
				if produceError(answer) != 0 {
					r.errors++
				}
				if at.Sub(start) >= warm {
					r.all = append(r.all, time.Since(at))
				}
			}
		})
	}
	group.Wait()
	var all []time.Duration
	errors := 0
	for _, r := range results {
		if r.err != nil {
			return latencies{}, r.err
		}
		all = append(all, r.all...)
		errors += r.errors
	}
	return summarise(all, during, errors), nil
}

// endToEnd measures from the planned time of a record to its arrival at each of some consumers.
func endToEnd(t target, topic string, consumers int, rate float64, warm, during time.Duration) (latencies, error) {
	start := time.Now().Add(200 * time.Millisecond)
	total := int64(rate * (warm + during).Seconds())
	results := make([][]time.Duration, consumers)
	failures := make(chan error, consumers+1)
	var group sync.WaitGroup
	for i := range consumers {
		c, err := t.dial()
		if err != nil {
			return latencies{}, err
		}
		defer c.Close()
		c.SetDeadline(start.Add(warm + during + 30*time.Second))
		group.Go(func() {
			for offset := int64(0); offset < total; {
				answer, err := c.call(fetch, 11, fetchBody(topic, offset))
				if err != nil {
					failures <- err
					return
				}
				code, records := fetched(answer)
				if code != 0 {
					failures <- fmt.Errorf("fetch: error %d", code)
					return
				}
				now := time.Now()
				for len(records) >= 61 {
					size := 12 + int(binary.BigEndian.Uint32(records[8:]))
					if size > len(records) {
						break
					}
					offset = int64(binary.BigEndian.Uint64(records)) + 1
					// One record of 100 bytes: two bytes of length, four of deltas and key, two of the value's length.
					at := time.Duration(binary.BigEndian.Uint64(records[61+2+4+2:]))
					if at >= warm {
						results[i] = append(results[i], now.Sub(start)-at)
					}
					records = records[size:]
				}
			}
		})
	}
	producer, err := t.dial()
	if err != nil {
		return latencies{}, err
	}
	defer producer.Close()
	group.Go(func() {
		for range total {
			if answer, err := producer.receive(); err != nil || produceError(answer) != 0 {
				failures <- fmt.Errorf("produce failed: %v", err)
				return
			}
		}
	})
	value := make([]byte, 100)
	for k := range total {
		at := time.Duration(float64(k) / rate * float64(time.Second))
		time.Sleep(time.Until(start.Add(at)))
		binary.BigEndian.PutUint64(value, uint64(at))
		if err := producer.send(produce, 7, produceBody(topic, batch(value))); err != nil {
			return latencies{}, err
		}
	}
	group.Wait()
	close(failures)
	if err := <-failures; err != nil {
		return latencies{}, err
	}
	return summarise(slices.Concat(results...), during*time.Duration(consumers), 0), nil
}
