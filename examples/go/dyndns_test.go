package dyndns

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vultr/govultr/v3"
)

// Where the server of all tests is.
var url string

// TestMain gives the tests a Kettle that keeps nothing, on a port that was free.
func TestMain(m *testing.M) {
	code, err := withKettle(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func withKettle(run func() int) (int, error) {
	directory, err := os.MkdirTemp("", "kettle")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(directory)
	ready := filepath.Join(directory, "url")
	program := os.Getenv("KETTLE")
	if program == "" {
		program = "kettle"
	}
	// --open takes any key, and gives each an account of its own: tests do not see each other.
	server := exec.Command(program, "serve", "--ephemeral", "--open", "--listen", "127.0.0.1:0", "--ready-file", ready)
	var said bytes.Buffer
	server.Stdout, server.Stderr = &said, &said
	if err := server.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if text, err := os.ReadFile(ready); err == nil {
			url = strings.TrimSpace(string(text))
			break
		}
		select {
		case err := <-ended:
			return 0, fmt.Errorf("the server ended: %v\n%s", err, said.String())
		default:
		}
		if time.Now().After(deadline) {
			server.Process.Kill()
			return 0, fmt.Errorf("the server is not ready after 30 s\n%s", said.String())
		}
	}
	code := run()
	server.Process.Signal(syscall.SIGTERM)
	<-ended
	return code, nil
}

// account is a client with an account of the test's own.
func account(t *testing.T) *govultr.Client {
	t.Helper()
	vultr := govultr.NewClient(&http.Client{Transport: key(t.Name())})
	if err := vultr.SetBaseURL(url); err != nil {
		t.Fatal(err)
	}
	return vultr
}

// key sends itself with every request.
type key string

func (k key) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set("Authorization", "Bearer "+string(k))
	return http.DefaultTransport.RoundTrip(request)
}

// addresses are those of www.shop.example.
func addresses(t *testing.T, vultr *govultr.Client) []string {
	t.Helper()
	found, err := records(t.Context(), vultr, "shop.example", "www")
	if err != nil {
		t.Fatal(err)
	}
	var addresses []string
	for _, record := range found {
		addresses = append(addresses, record.Data)
	}
	return addresses
}

func domain(t *testing.T) *govultr.Client {
	t.Helper()
	vultr := account(t)
	if _, _, err := vultr.Domain.Create(t.Context(), &govultr.DomainReq{Domain: "shop.example"}); err != nil {
		t.Fatal(err)
	}
	return vultr
}

func point(t *testing.T, vultr *govultr.Client, address string) bool {
	t.Helper()
	changed, err := Point(t.Context(), vultr, "shop.example", "www", address)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

func TestANameIsMadeMovedAndLeftAlone(t *testing.T) {
	t.Parallel()
	vultr := domain(t)
	for _, step := range []struct {
		address string
		changed bool
	}{{"192.0.2.1", true}, {"192.0.2.1", false}, {"192.0.2.2", true}, {"192.0.2.2", false}} {
		if changed := point(t, vultr, step.address); changed != step.changed {
			t.Errorf("%s: changed is %v", step.address, changed)
		}
		if found := addresses(t, vultr); len(found) != 1 || found[0] != step.address {
			t.Errorf("www has %v, and not %s alone", found, step.address)
		}
	}
}

func TestWhatOthersLeftUnderTheNameGoes(t *testing.T) {
	t.Parallel()
	vultr := domain(t)
	for _, address := range []string{"192.0.2.7", "192.0.2.8", "192.0.2.9"} {
		record := &govultr.DomainRecordCreateReq{Name: "www", Type: "A", Data: address}
		if _, _, err := vultr.DomainRecord.Create(t.Context(), "shop.example", record); err != nil {
			t.Fatal(err)
		}
	}
	point(t, vultr, "192.0.2.1")
	if found := addresses(t, vultr); len(found) != 1 || found[0] != "192.0.2.1" {
		t.Errorf("www has %v", found)
	}
}

func TestADomainThatIsNotThereIsAnError(t *testing.T) {
	t.Parallel()
	_, err := Point(t.Context(), account(t), "other.example", "www", "192.0.2.1")
	if err == nil || !strings.Contains(err.Error(), "cannot list the records of other.example") {
		t.Errorf("the error is %v", err)
	}
}
