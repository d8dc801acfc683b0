package kettle

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func sshKeys(world *World) []string {
	world.t.Helper()
	var answer struct {
		SSHKeys []struct{ Name string } `json:"ssh_keys"`
	}
	world.Must("GET", "/v2/ssh-keys", nil, &answer)
	names := []string{}
	for _, key := range answer.SSHKeys {
		names = append(names, key.Name)
	}
	return names
}

func makeKey(world *World, name string) {
	world.t.Helper()
	world.Must("POST", "/v2/ssh-keys", map[string]string{"name": name, "ssh_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB ci"}, nil)
}

func TestEachTestHasAWorldThatNobodyHasUsed(t *testing.T) {
	for _, name := range []string{"first", "second", "third", "fourth"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world := Start(t)
			if found := sshKeys(world); len(found) != 0 {
				t.Fatalf("there are %v", found)
			}
			makeKey(world, name)
			if found := sshKeys(world); len(found) != 1 || found[0] != name {
				t.Fatalf("there are %v", found)
			}
		})
	}
}

func TestServersAreUsedAgainAndNotByTwoAtOnce(t *testing.T) {
	var first, beside, again string
	t.Run("first", func(t *testing.T) {
		first = Start(t).URL
		beside = Start(t).URL
	})
	t.Run("again", func(t *testing.T) { again = Start(t).URL })
	if first == beside {
		t.Error("two worlds at the same time are one")
	}
	if again != first && again != beside {
		t.Error("a server that nobody uses was left alone")
	}
}

func TestOptionsReachTheServer(t *testing.T) {
	var status struct{ Behave string }
	Start(t, "--behave", "vultr").Must("GET", "/_kettle/status", nil, &status)
	if status.Behave != "vultr" {
		t.Errorf("it behaves %s", status.Behave)
	}
	Start(t).Must("GET", "/_kettle/status", nil, &status)
	if status.Behave != "fast" {
		t.Errorf("it behaves %s", status.Behave)
	}
}

func TestWhatIsRefusedSaysWhy(t *testing.T) {
	err := Start(t).Call("POST", "/v2/blocks", map[string]any{"region": "nowhere", "size_gb": 10}, nil)
	var refused *Refused
	if !errors.As(err, &refused) || refused.Status != 400 || !strings.Contains(refused.Words, "region") {
		t.Errorf("the error is %v", err)
	}
}

func TestACommandThatCallsVultrItselfIsLedToTheSameWorld(t *testing.T) {
	world := Start(t)
	said, err := world.Command("sh", "-c", `test -n "$HTTPS_PROXY" && echo "$VULTR_API_ENDPOINT $VULTR_API_KEY"`).Output()
	if err != nil || strings.TrimSpace(string(said)) != world.Endpoint()+" "+world.Key {
		t.Errorf("it said %s, %v", said, err)
	}
}

func TestWithoutTheProgramItIsSaidWhatToDo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, named := range []string{"", "/no/such/kettle"} {
		t.Setenv("KETTLE_BIN", named)
		if _, err := find(); err == nil || !strings.Contains(err.Error(), "KETTLE_BIN") {
			t.Errorf("the error is %v", err)
		}
	}
}

func TestAServerThatDoesNotStartSaysWhy(t *testing.T) {
	_, err := start([]string{"--behave", "sideways"}, "")
	if err == nil || !strings.Contains(err.Error(), "exit status 2") || !strings.Contains(err.Error(), "sideways") {
		t.Errorf("the error is %v", err)
	}
}

// TestHelperThatIsKilled is no test but the process that the next one kills.
func TestHelperThatIsKilled(t *testing.T) {
	if os.Getenv("KETTLE_GO_HELPER") == "" {
		t.Skip("only as a process of another test")
	}
	fmt.Printf("URL %s\n", Start(t).URL)
	time.Sleep(time.Minute)
}

func TestAServerEndsWithTheTestsEvenWhereTheyAreKilled(t *testing.T) {
	helper := exec.Command(os.Args[0], "-test.run", "^TestHelperThatIsKilled$")
	helper.Env = append(os.Environ(), "KETTLE_GO_HELPER=1")
	output, err := helper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	var url string
	if _, err := fmt.Fscanf(output, "URL %s\n", &url); err != nil {
		t.Fatal(err)
	}
	isThere := func() bool {
		answer, err := http.Get(url + "/_kettle/health")
		if err == nil {
			answer.Body.Close()
		}
		return err == nil
	}
	if !isThere() {
		t.Fatal("it is not there")
	}
	helper.Process.Kill()
	helper.Wait()
	for deadline := time.Now().Add(starting); isThere(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it is still there")
		}
	}
}
