// Many connections that do nothing beside some that work, and many members of many groups.
package main

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// openIdle opens connections that say hello and then keep still. At most 64 are opened at the same time.
func openIdle(t target, count int) ([]*conn, error) {
	all := make([]*conn, count)
	var next atomic.Int64
	var failure atomic.Pointer[error]
	var group sync.WaitGroup
	for range 64 {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(count); i = next.Add(1) - 1 {
				c, err := t.dial()
				if err == nil {
					_, err = c.call(apiVersions, 0, nil)
				}
				if err != nil {
					err = fmt.Errorf("connection %d: %w", i, err)
					failure.Store(&err)
					return
				}
				all[i] = c
			}
		})
	}
	group.Wait()
	if err := failure.Load(); err != nil {
		return nil, *err
	}
	return all, nil
}

type member struct {
	*conn
	target     target
	group      string
	id         string
	leader     bool
	generation int32
	members    []string
}

type groupsResult struct {
	Members    int     `json:"members"`
	Joins      float64 `json:"joins_per_second"`
	Heartbeats float64 `json:"heartbeats_per_second"`
	Commits    float64 `json:"commits_per_second"`
}

func manyGroups(t target, topic string, groups, size int, during time.Duration) (groupsResult, error) {
	conns, err := openIdle(t, groups*size)
	if err != nil {
		return groupsResult{}, err
	}
	prefix := fmt.Sprintf("group-%d", time.Now().UnixNano())
	members := make([]*member, len(conns))
	for i, c := range conns {
		members[i] = &member{conn: c, target: t, group: fmt.Sprintf("%s-%d", prefix, i/size)}
	}
	defer func() {
		for _, m := range members {
			m.Close()
		}
	}()
	if err := members[0].findCoordinator(); err != nil {
		return groupsResult{}, err
	}
	started := time.Now()
	var assigned atomic.Int64
	err = each(members, func(m *member) error {
		err := m.join()
		assigned.Add(1)
		// Those that are there have to join again when one comes late.
		for err == nil && assigned.Load() < int64(len(members)) {
			time.Sleep(100 * time.Millisecond)
			err = m.beat()
		}
		return err
	})
	if err != nil {
		return groupsResult{}, err
	}
	joined := time.Since(started)
	beats, err := repeat(members, during, (*member).beat)
	if err != nil {
		return groupsResult{}, err
	}
	var leaders []*member
	for _, m := range members {
		if m.leader {
			leaders = append(leaders, m)
		}
	}
	commits, err := repeat(leaders, during, func(m *member) error { return m.commit(topic) })
	if err != nil {
		return groupsResult{}, err
	}
	return groupsResult{len(members), float64(len(members)) / joined.Seconds(), beats, commits}, nil
}

func each(members []*member, do func(*member) error) error {
	failures := make(chan error, len(members))
	var group sync.WaitGroup
	for _, m := range members {
		group.Go(func() {
			if err := do(m); err != nil {
				failures <- err
			}
		})
	}
	group.Wait()
	close(failures)
	return <-failures
}

// repeat lets every member do the same again and again, one at a time each, and answers how often a second all of them did.
func repeat(members []*member, during time.Duration, do func(*member) error) (float64, error) {
	var count atomic.Int64
	end := time.Now().Add(during)
	err := each(members, func(m *member) error {
		for time.Now().Before(end) {
			if err := do(m); err != nil {
				return err
			}
			count.Add(1)
		}
		return nil
	})
	return float64(count.Load()) / during.Seconds(), err
}

// findCoordinator makes the broker create its log of offsets, and waits until the coordinator answers.
func (m *member) findCoordinator() error {
	var w writer
	w.str(m.group)
	w.i8(0)
	for range 300 {
		answer, err := m.call(findCoordinator, 1, w.b)
		if err != nil {
			return err
		}
		r := reader{b: answer}
		r.i32()
		if r.i16() == 0 {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("no coordinator after 30 s")
}

const (
	loadInProgress      = 14
	notAvailable        = 15
	notCoordinator      = 16
	memberIDRequired    = 79
	rebalanceInProgress = 27
)

const joinLimit = 15 * time.Second

// join joins and syncs until the member has an assignment. An answer that does not come is asked for again on a new connection, as
// clients do: Kafka was seen to keep one.
func (m *member) join() error {
	for tries := 0; ; tries++ {
		m.SetDeadline(time.Now().Add(joinLimit))
		code, err := m.joinOnce()
		if isTimeout(err) && tries < 10 {
			m.Close()
			if m.conn, err = m.target.dial(); err != nil {
				return err
			}
			continue
		}
		m.SetDeadline(time.Time{})
		if err != nil {
			return err
		}
		switch code {
		case memberIDRequired, rebalanceInProgress:
			continue
		case loadInProgress, notAvailable, notCoordinator:
			time.Sleep(50 * time.Millisecond)
			continue
		}
		if code != 0 {
			return fmt.Errorf("JoinGroup of %s: error %d", m.group, code)
		}
		if code, err = m.sync(); err != nil {
			return err
		}
		if code == 0 {
			return nil
		}
		if code != rebalanceInProgress {
			return fmt.Errorf("SyncGroup of %s: error %d", m.group, code)
		}
	}
}

func isTimeout(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}

func (m *member) joinOnce() (int16, error) {
	var w writer
	w.str(m.group)
	w.i32(60_000)
	w.i32(60_000)
	w.str(m.id)
	w.null()
	w.str("consumer")
	w.i32(1)
	w.str("range")
	w.bytes([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	answer, err := m.call(joinGroup, 5, w.b)
	if err != nil {
		return 0, err
	}
	r := reader{b: answer}
	r.i32()
	code := r.i16()
	m.generation = r.i32()
	r.str()
	leader := r.str()
	m.id = r.str()
	m.leader = leader == m.id
	m.members = nil
	for n := r.i32(); n > 0; n-- {
		m.members = append(m.members, r.str())
		r.str()
		r.bytes()
	}
	return code, nil
}

func (m *member) sync() (int16, error) {
	var w writer
	w.str(m.group)
	w.i32(m.generation)
	w.str(m.id)
	w.null()
	w.i32(int32(len(m.members)))
	for _, id := range m.members {
		w.str(id)
		w.bytes([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	}
	answer, err := m.call(syncGroup, 3, w.b)
	if err != nil {
		return 0, err
	}
	r := reader{b: answer}
	r.i32()
	return r.i16(), nil
}

func (m *member) beat() error {
	var w writer
	w.str(m.group)
	w.i32(m.generation)
	w.str(m.id)
	w.null()
	answer, err := m.call(heartbeat, 3, w.b)
	if err != nil {
		return err
	}
	r := reader{b: answer}
	r.i32()
	if code := r.i16(); code == rebalanceInProgress {
		return m.join()
	} else if code != 0 {
		return fmt.Errorf("Heartbeat of %s: error %d", m.group, code)
	}
	return nil
}

func (m *member) commit(topic string) error {
	var w writer
	w.str(m.group)
	w.i32(m.generation)
	w.str(m.id)
	w.null()
	w.i32(1)
	w.str(topic)
	w.i32(1)
	w.i32(0)
	w.i64(0)
	w.i32(-1)
	w.str("")
	answer, err := m.call(offsetCommit, 7, w.b)
	if err != nil {
		return err
	}
	r := reader{b: answer}
	r.i32()
	r.i32()
	r.str()
	r.i32()
	r.i32()
	if code := r.i16(); code != 0 {
		return fmt.Errorf("OffsetCommit of %s: error %d", m.group, code)
	}
	return nil
}
