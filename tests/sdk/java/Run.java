// Run.java: the conformance steps with the Java SDK: `java Run steps.txt`. Where the exchange is
// comes from the environment: EXCHANGE_HTTP and EXCHANGE_ADMIN (host:port), SDK_RECORD (a file for
// every answer, optional).

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

final class Run {
    private Run() {}

    public static void main(String[] arguments) throws Exception {
        Map<String, Harness.Step> steps = new HashMap<>();
        StepsAccount.add(steps);
        StepsOrders.add(steps);
        StepsRefusals.add(steps);
        StepsGroups.add(steps);
        StepsPositions.add(steps);
        StepsData.add(steps);
        StepsStream.add(steps);
        int failures = Harness.run(Path.of(arguments[0]), steps, new World());
        System.out.flush();
        // The SDK's threads know no end of their own.
        Runtime.getRuntime().halt(failures > 0 ? 1 : 0);
    }
}
