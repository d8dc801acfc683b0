package kettle

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// How long a server may take until it answers.
const starting = 30 * time.Second

// server is `kettle serve` with nothing kept. Its standard input is a pipe that only this process holds, and --until-eof
// has it stop when that is closed: with this process, however that ends.
type server struct {
	url, key, program, options string
	// Held, so that nothing closes it.
	input io.WriteCloser
	// Whether it has the snapshot of its beginning.
	begun bool
}

var (
	guard sync.Mutex
	// The servers that no test uses, by their options.
	free = map[string][]*server{}
)

func take(options []string) (*server, error) {
	kind := strings.Join(options, "\x00")
	guard.Lock()
	if idle := free[kind]; len(idle) > 0 {
		taken := idle[len(idle)-1]
		free[kind] = idle[:len(idle)-1]
		guard.Unlock()
		return taken, nil
	}
	guard.Unlock()
	return start(options, kind)
}

func (s *server) giveBack() {
	guard.Lock()
	defer guard.Unlock()
	free[s.options] = append(free[s.options], s)
}

// find is the program: what KETTLE_BIN names, or kettle on the PATH.
func find() (string, error) {
	named := os.Getenv("KETTLE_BIN")
	if named == "" {
		found, err := exec.LookPath("kettle")
		if err != nil {
			return "", errors.New("there is no kettle on the PATH; install it, or set KETTLE_BIN to where it is")
		}
		return found, nil
	}
	found, err := exec.LookPath(named)
	if err != nil {
		return "", fmt.Errorf("KETTLE_BIN is %q, and no program is there", named)
	}
	return found, nil
}

func start(options []string, kind string) (*server, error) {
	program, err := find()
	if err != nil {
		return nil, err
	}
	secret := make([]byte, 18)
	rand.Read(secret)
	directory, err := os.MkdirTemp("", "kettle-")
	if err != nil {
		return nil, err
	}
	// What it has said once it answers, nobody needs.
	defer os.RemoveAll(directory)
	ready := filepath.Join(directory, "url")
	words := append([]string{"serve", "--ephemeral", "--quiet", "--listen", "127.0.0.1:0", "--until-eof", "--ready-file", ready}, options...)
	started := &server{key: hex.EncodeToString(secret), program: program, options: kind}
	command := exec.Command(program, words...)
	command.Env = append(os.Environ(), "KETTLE_KEY="+started.key)
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	// A group of its own: Ctrl-C is for the tests, which still need the server while they end.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if started.input, err = command.StdinPipe(); err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	deadline := time.Now().Add(starting)
	for {
		if text, err := os.ReadFile(ready); err == nil {
			started.url = strings.TrimSpace(string(text))
			return started, nil
		}
		why := ""
		select {
		case err := <-ended:
			why = fmt.Sprintf("it ended: %v", err)
		case <-time.After(5 * time.Millisecond):
			if time.Now().After(deadline) {
				command.Process.Kill()
				<-ended
				why = fmt.Sprintf("it is not ready after %v", starting)
			}
		}
		if why != "" {
			return nil, fmt.Errorf("`%s` does not serve: %s\n%s", strings.Join(command.Args, " "), why, said.String())
		}
	}
}
