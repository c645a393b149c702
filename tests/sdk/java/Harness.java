// Harness.java: runs the steps of steps.txt in their order and prints one TAP line for each.
//
// A step throws Failed (or anything else) when what it asks for does not hold. A step that nobody
// added has no call in this SDK.

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import okhttp3.Headers;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.Response;

final class Harness {
    static final long DEADLINE_MS = 5000; // within this whatever the exchange owes us must have come
    static final long PAUSE_MS = 20;

    private Harness() {}

    static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failed(String text) {
            super(text);
        }
    }

    interface Step {
        void run(World world) throws Exception;
    }

    static void expect(boolean condition, Object... what) {
        if (!condition) {
            StringBuilder text = new StringBuilder();
            for (Object part : what) {
                text.append(part).append(' ');
            }
            throw new Failed(text.toString().trim());
        }
    }

    static void expectEqual(Object got, Object wanted, String what) {
        expect(Objects.equals(got, wanted), what + ": " + got + ", expected " + wanted);
    }

    /** Of numbers in whatever form: the value counts, not how it is written. */
    static void expectNumber(String got, double wanted, String what) {
        expect(got != null && exact(got).compareTo(BigDecimal.valueOf(wanted)) == 0,
                what + ": " + got + ", expected " + wanted);
    }

    static BigDecimal exact(String number) {
        return new BigDecimal(number);
    }

    static double number(String text) {
        return Double.parseDouble(text);
    }

    static boolean near(double a, double b, double by) {
        return Math.abs(a - b) <= by;
    }

    /** The first result that is there. */
    static <T> T waitFor(Callable<T> found, String what) throws Exception {
        for (long end = System.nanoTime() + DEADLINE_MS * 1_000_000;;) {
            T result = found.call();
            if (result != null) {
                return result;
            }
            expect(System.nanoTime() < end, "waited for", what);
            Thread.sleep(PAUSE_MS);
        }
    }

    static void waitUntil(Callable<Boolean> holds, String what) throws Exception {
        waitFor(() -> holds.call() ? Boolean.TRUE : null, what);
    }

    /** The other face of the exchange, which no real one has: see README.md. */
    static final class Admin {
        private final String address;
        private final HttpClient client = HttpClient.newHttpClient();

        Admin(String address) {
            this.address = address;
        }

        void advance(int seconds) throws Exception {
            ask("POST", "/advance", "{\"seconds\":" + seconds + "}");
        }

        JsonArray ledger() throws Exception {
            return ask("GET", "/ledger", "").getAsJsonArray();
        }

        private JsonElement ask(String method, String path, String body) throws Exception {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + path))
                    .timeout(Duration.ofSeconds(30))
                    .header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                    .build();
            HttpResponse<String> answer =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            expect(answer.statusCode() < 300, method, path, answer.statusCode(), answer.body());
            return JsonParser.parseString(answer.body());
        }
    }

    /**
     * The SDK knows its hosts only: where its requests go is up to the OkHttpClient that its user may
     * give it. This turns them to the exchange, sockets too, and keeps every answer, one JSON line
     * each, for the check against the vendor's description.
     */
    static final class Recorder implements Interceptor {
        private final String host;
        private final int port;
        private final Writer file;
        int count;
        Headers headers; // of the last answer
        String body = "";

        Recorder(String address, String path) throws IOException {
            host = address.substring(0, address.indexOf(':'));
            port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
            file = path == null ? null
                    : Files.newBufferedWriter(
                            Path.of(path), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }

        @Override
        public Response intercept(Chain chain) throws IOException {
            var url =
                    chain.request().url().newBuilder().scheme("http").host(host).port(port).build();
            Response answer = chain.proceed(chain.request().newBuilder().url(url).build());
            if (answer.code() == 101) {
                return answer;
            }
            synchronized (this) {
                MediaType type = answer.body().contentType();
                String text = answer.peekBody(Long.MAX_VALUE).string();
                count++;
                headers = answer.headers();
                body = text;
                if (file != null) {
                    Map<String, Object> line = new LinkedHashMap<>();
                    line.put("sdk", "java");
                    line.put("method", chain.request().method());
                    line.put("url", url.toString());
                    line.put("status", answer.code());
                    line.put("type", type == null ? "" : type.toString());
                    line.put("body", text);
                    file.write(new Gson().toJson(line) + "\n");
                    file.flush();
                }
            }
            return answer;
        }

        synchronized JsonObject lastBody() {
            return JsonParser.parseString(body).getAsJsonObject();
        }
    }

    private static List<String[]> readSteps(Path path) throws IOException {
        List<String[]> listed = new ArrayList<>();
        for (String line : Files.readAllLines(path)) {
            int bar = line.indexOf('|');
            if (bar > 0 && !line.startsWith("#")) {
                listed.add(
                        new String[] {line.substring(0, bar).trim(), line.substring(bar + 1).trim()});
            }
        }
        return listed;
    }

    /** The line of ours that threw it. */
    private static String where(Throwable error) {
        for (StackTraceElement at : error.getStackTrace()) {
            if (at.getClassName().startsWith("Steps")) {
                return " (" + at.getFileName() + ":" + at.getLineNumber() + ")";
            }
        }
        return "";
    }

    private static String oneLine(Throwable error) {
        String name = error instanceof Failed ? "" : error.getClass().getSimpleName() + ": ";
        String text =
                (name + error.getMessage()).replaceAll("\\s+", " ").replace("#", "");
        return text.substring(0, Math.min(300, text.length())) + where(error);
    }

    /** Runs them all; the number that failed. */
    static int run(Path path, Map<String, Step> steps, World world) throws IOException {
        List<String[]> listed = readSteps(path);
        for (String key : steps.keySet()) {
            expect(listed.stream().anyMatch(row -> row[0].equals(key)), "not in steps.txt:", key);
        }
        System.out.println("1.." + listed.size());
        int failures = 0;
        for (int i = 0; i < listed.size(); i++) {
            Step step = steps.get(listed.get(i)[0]);
            String name = (i + 1) + " " + listed.get(i)[1];
            if (step == null) {
                System.out.println("ok " + name + " # n/a in this SDK");
                continue;
            }
            try {
                step.run(world);
                System.out.println("ok " + name);
            } catch (Exception error) {
                failures++;
                System.out.println("not ok " + name + " - " + oneLine(error));
            }
        }
        return failures;
    }
}
