package kettle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Refused says that a request was refused.
type Refused struct {
	// Request is what was asked: its method and path.
	Request string
	// Status is that of the answer, 400 or more.
	Status int
	// Words are those of whoever refused it.
	Words string
}

func (r *Refused) Error() string {
	return fmt.Sprintf("%s: %s (status %d)", r.Request, r.Words, r.Status)
}

// No proxy of the user's is asked: this is on the same machine. A month passes within the time.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}, Timeout: 2 * time.Minute}

// Call makes one request. What is asked is sent as JSON, unless it is nil; what is answered is read into answer, unless
// that is nil. The error is a *Refused for every status of 400 and more.
func (w *World) Call(method, path string, asked, answer any) error {
	request := method + " " + path
	var body io.Reader
	if asked != nil {
		text, err := json.Marshal(asked)
		if err != nil {
			return fmt.Errorf("%s: %w", request, err)
		}
		body = bytes.NewReader(text)
	}
	sent, err := http.NewRequestWithContext(w.t.Context(), method, w.URL+path, body)
	if err != nil {
		return fmt.Errorf("%s: %w", request, err)
	}
	sent.Header.Set("Authorization", "Bearer "+w.Key)
	sent.Header.Set("Content-Type", "application/json")
	got, err := client.Do(sent)
	if err != nil {
		return fmt.Errorf("%s: %w", request, err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		return fmt.Errorf("%s: %w", request, err)
	}
	if got.StatusCode >= 400 {
		refused := &Refused{Request: request, Status: got.StatusCode, Words: string(text)}
		var said struct{ Error string }
		if json.Unmarshal(text, &said) == nil && said.Error != "" {
			refused.Words = said.Error
		}
		return refused
	}
	if answer == nil || len(text) == 0 {
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("%s: %w", request, err)
	}
	return nil
}

// Must is Call that fails the test where there is an error.
func (w *World) Must(method, path string, asked, answer any) {
	w.t.Helper()
	if err := w.Call(method, path, asked, answer); err != nil {
		w.t.Fatal(err)
	}
}
