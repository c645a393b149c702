// harness.go: runs the steps of steps.txt in their order and prints one TAP line for each.
//
// A step is a func(*world). It panics with a failure (or anything else) when what it asks for does
// not hold. A step that is not in the table has no call in this SDK.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"time"
)

const (
	deadline = 5 * time.Second // within this whatever the exchange owes us must have come
	pause    = 20 * time.Millisecond
)

type failure struct {
	text  string
	where string
}

// fail ends the step; the line it names is the step's own, not one of this file.
func fail(what ...any) {
	panic(failure{strings.TrimSpace(fmt.Sprintln(what...)), ourLine()})
}

func ourLine() string {
	for skip := 2; ; skip++ {
		_, file, line, ok := runtime.Caller(skip)
		if !ok {
			return ""
		}
		if name := filepath.Base(file); strings.HasPrefix(name, "steps_") {
			return fmt.Sprintf(" (%s:%d)", name, line)
		}
	}
}

func expect(condition bool, what ...any) {
	if !condition {
		fail(what...)
	}
}

func expectEqual[T any](got, wanted T, what string) {
	if !reflect.DeepEqual(got, wanted) {
		fail(fmt.Sprintf("%s: %v, expected %v", what, got, wanted))
	}
}

// must is the value of a call that must succeed.
func must[T any](value T, err error) T {
	if err != nil {
		fail(err)
	}
	return value
}

func mustDo(err error) {
	if err != nil {
		fail(err)
	}
}

// waitFor waits until found says yes.
func waitFor(found func() bool, what string) {
	for end := time.Now().Add(deadline); !found(); time.Sleep(pause) {
		if time.Now().After(end) {
			fail("waited for", what)
		}
	}
}

// admin is the other face of the exchange, which no real one has: see README.md.
type admin struct{ address string }

type ledgerRow struct {
	AccountNumber string            `json:"account_number"`
	Cash          json.Number       `json:"cash"`
	Positions     []json.RawMessage `json:"positions"`
}

func (a admin) advance(seconds int) {
	a.ask(http.MethodPost, "/advance", map[string]int{"seconds": seconds}, nil)
}

func (a admin) ledger() (rows []ledgerRow) {
	a.ask(http.MethodGet, "/ledger", nil, &rows)
	return rows
}

func (a admin) ask(method, path string, body, answer any) {
	text := must(json.Marshal(body))
	request := must(http.NewRequest(method, "http://"+a.address+path, bytes.NewReader(text)))
	request.Header.Set("Content-Type", "application/json")
	response := must((&http.Client{Timeout: 30 * time.Second}).Do(request))
	defer response.Body.Close()
	said := must(io.ReadAll(response.Body))
	expect(response.StatusCode < 300, method, path, response.StatusCode, string(said))
	if answer != nil {
		mustDo(json.Unmarshal(said, answer))
	}
}

// recorder keeps every answer, one JSON line each, for the check against the vendor's description.
// It sits where the SDK lets its user put an http.Client of their own.
type recorder struct {
	mutex   sync.Mutex
	file    *os.File
	count   int
	headers http.Header // of the last answer
}

func (r *recorder) client() *http.Client {
	return &http.Client{Timeout: 10 * time.Second, Transport: r}
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.count++
	r.headers = response.Header
	if r.file != nil {
		line, err := json.Marshal(map[string]any{
			"sdk": "go", "method": request.Method, "url": request.URL.String(),
			"status": response.StatusCode, "type": response.Header.Get("Content-Type"),
			"body": string(body),
		})
		if err == nil {
			_, err = r.file.Write(append(line, '\n'))
		}
		if err != nil {
			return nil, err
		}
	}
	return response, nil
}

type step func(*world)

// readSteps returns [key, title] of each line of steps.txt.
func readSteps(path string) (listed [][2]string) {
	for _, line := range strings.Split(string(must(os.ReadFile(path))), "\n") {
		if key, title, ok := strings.Cut(line, "|"); ok && !strings.HasPrefix(line, "#") {
			listed = append(listed, [2]string{strings.TrimSpace(key), strings.TrimSpace(title)})
		}
	}
	return listed
}

// outcome runs a step: "" when it holds, otherwise why not.
func outcome(run step, w *world) (why string) {
	defer func() {
		switch reason := recover().(type) {
		case nil:
		case failure:
			why = reason.text + reason.where
		default:
			why = fmt.Sprint("panic: ", reason)
		}
	}()
	run(w)
	return ""
}

// runSteps runs them all; the number that failed.
func runSteps(path string, steps map[string]step, w *world) (failures int) {
	listed := readSteps(path)
	known := map[string]bool{}
	for _, row := range listed {
		known[row[0]] = true
	}
	for key := range steps {
		expect(known[key], "a step that steps.txt does not list:", key)
	}
	fmt.Printf("1..%d\n", len(listed))
	for i, row := range listed {
		run, ok := steps[row[0]]
		if !ok {
			fmt.Printf("ok %d %s # n/a in this SDK\n", i+1, row[1])
		} else if why := outcome(run, w); why != "" {
			failures++
			why = strings.ReplaceAll(strings.Join(strings.Fields(why), " "), "#", "")
			fmt.Printf("not ok %d %s - %.300s\n", i+1, row[1], why)
		} else {
			fmt.Printf("ok %d %s\n", i+1, row[1])
		}
	}
	return failures
}
