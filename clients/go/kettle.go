// Package kettle gives each test a Vultr of its own:
//
//	func TestNodes(t *testing.T) {
//		t.Parallel()
//		world := kettle.Start(t)
//		client.SetBaseURL(world.URL)
//		...
//	}
//
// Start takes a server that no other test uses at this moment, starts one where there is none, and empties it: tests
// that run in parallel have one each. All of them end with the process, however that ends.
package kettle

import (
	"os"
	"os/exec"
	"testing"
)

// beginning is the snapshot that every world is restored from.
const beginning = "beginning-of-tests"

// World is a server of the Vultr API, whose owner the test is.
type World struct {
	// URL is where it is, as http://127.0.0.1:4711. Clients that want the path, too, have Endpoint.
	URL string
	// Key is the key of the account that all requests of this package come from.
	Key string

	t       testing.TB
	program string
}

// Start gives a test a world that nobody has used yet, until the test ends. Options are further words for
// `kettle serve`, such as "--behave", "vultr"; tests with the same options share servers, one after the other.
//
// It fails the test where there is no kettle: neither what KETTLE_BIN names nor one on the PATH.
func Start(t testing.TB, options ...string) *World {
	t.Helper()
	server, err := take(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.giveBack)
	world := &World{URL: server.url, Key: server.key, t: t, program: server.program}
	if !server.begun {
		world.Snapshot(beginning)
		server.begun = true
	}
	// The clock as well is what it was.
	world.Restore(beginning)
	world.ClearFaults()
	world.Must("POST", "/_kettle/history/clear", nil, nil)
	return world
}

// Endpoint is where the API is, as https://api.vultr.com/v2 is.
func (w *World) Endpoint() string { return w.URL + "/v2" }

// Env leads programs here that read VULTR_API_ENDPOINT and VULTR_API_KEY. Commands of kettle itself heed it, too.
func (w *World) Env() []string {
	return []string{
		"VULTR_API_ENDPOINT=" + w.Endpoint(),
		"VULTR_API_KEY=" + w.Key,
		"KETTLE_KEY=" + w.Key,
		// A profile of the user's would come before the endpoint.
		"KETTLE_PROFILE=",
	}
}

// Command runs a program that cannot be told where the API is and calls api.vultr.com, as Terraform's provider and
// vultr-cli do, so that it is led here.
func (w *World) Command(name string, args ...string) *exec.Cmd {
	words := append([]string{"exec", "--server", w.URL, "--", name}, args...)
	command := exec.CommandContext(w.t.Context(), w.program, words...)
	command.Env = append(os.Environ(), w.Env()...)
	return command
}
