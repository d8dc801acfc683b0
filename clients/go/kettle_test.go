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

func makeInstance(world *World, label string) string {
	world.t.Helper()
	var answer struct{ Instance struct{ ID string } }
	world.Must("POST", "/v2/instances", map[string]any{"region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136, "label": label}, &answer)
	return answer.Instance.ID
}

func TestASnapshotBringsBackWhatWasThere(t *testing.T) {
	world := Start(t)
	makeKey(world, "kept")
	world.Snapshot("furnished")
	makeKey(world, "more")
	world.Restore("furnished")
	if found := sshKeys(world); len(found) != 1 || found[0] != "kept" {
		t.Errorf("there are %v", found)
	}
}

func TestWhatGoesWrongByARuleIsCountedAndEndsWithTheTest(t *testing.T) {
	t.Run("faults", func(t *testing.T) {
		world := Start(t)
		world.FaultBy(Rule{"operation": "list-ssh-keys", "status": 503, "error": "not now", "times": 1})
		var refused *Refused
		if err := world.Call("GET", "/v2/ssh-keys", nil, nil); !errors.As(err, &refused) || refused.Status != 503 || refused.Words != "not now" {
			t.Errorf("the error is %v", err)
		}
		if rules := world.Faults(); len(rules) != 1 || rules[0].Acted != 1 {
			t.Errorf("the rules are %v", rules)
		}
		sshKeys(world)
		if len(world.Fault("429-storm")) == 0 {
			t.Error("no rule was added")
		}
	})
	t.Run("none", func(t *testing.T) {
		if rules := Start(t).Faults(); len(rules) != 0 {
			t.Errorf("there are still %v", rules)
		}
	})
}

func TestCallsAreCounted(t *testing.T) {
	world := Start(t)
	if err := world.called("POST /v2/ssh-keys", nil); err == nil {
		t.Error("nothing was called yet")
	}
	makeKey(world, "a")
	mark := world.Mark()
	makeKey(world, "b")
	world.Called("POST /v2/ssh-keys", Times(2), Status(201))
	world.Called("create-ssh-key", Body(map[string]any{"name": "a"}), Times(1))
	world.Called("POST /v2/ssh-keys", Since(mark), Times(1), Body("~\"name\": ?\"b\""))
	world.Called("DELETE /v2/ssh-keys/*", Times(0))
	world.Called("create-ssh-key", AtLeast(1), AtMost(2))
	if err := world.called("POST /v2/ssh-keys", []Want{Times(3)}); err == nil || !strings.Contains(err.Error(), "POST /v2/ssh-keys") {
		t.Errorf("the error is %v", err)
	}
}

func TestTheClockIsTurnedAndGoesBackWithTheTest(t *testing.T) {
	var before int64
	t.Run("turned", func(t *testing.T) {
		world := Start(t)
		frozen := world.Freeze()
		if before = frozen.TimeMs; frozen.Mode != "frozen" {
			t.Errorf("it is %v", frozen)
		}
		if after := world.Advance("30d"); after.TimeMs != before+30*24*3600*1000 {
			t.Errorf("from %d to %d", before, after.TimeMs)
		}
		world.Resume()
	})
	t.Run("not turned", func(t *testing.T) {
		clock := Start(t).Clock()
		if clock.Mode != "real" || clock.TimeMs > before+3_600_000 {
			t.Errorf("it is %v", clock)
		}
	})
}

func TestALifecycleIsHeldSteppedAndReleased(t *testing.T) {
	world := Start(t)
	hold := world.HoldKind("instance")
	id := makeInstance(world, "web")
	status := func() string {
		var answer struct{ Instance struct{ Status string } }
		world.Must("GET", "/v2/instances/"+id, nil, &answer)
		return answer.Instance.Status
	}
	if found := status(); found != "pending" {
		t.Errorf("it is %s", found)
	}
	if life := world.Step(id); !life.Held || life.Kind != "instance" {
		t.Errorf("it stands at %v", life)
	}
	world.Release(hold)
	for deadline := time.Now().Add(starting); status() != "active"; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not become active")
		}
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
