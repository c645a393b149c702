// The conformance steps with the Go SDK: `steps steps.txt`. Where the exchange is comes from the
// environment: EXCHANGE_HTTP and EXCHANGE_ADMIN (host:port), SDK_RECORD (a file for every answer,
// optional).
package main

import "os"

func main() {
	steps := map[string]step{}
	for _, group := range []map[string]step{
		accountSteps, orderSteps, refusalSteps, groupSteps, positionSteps, dataSteps, streamSteps,
	} {
		for key, run := range group {
			steps[key] = run
		}
	}
	if runSteps(os.Args[1], steps, newWorld()) > 0 {
		os.Exit(1)
	}
}
