package test;

import com.amazonaws.xray.AWSXRay;
import com.amazonaws.xray.entities.Segment;
import com.amazonaws.xray.jakarta.servlet.AWSXRayServletFilter;
import com.amazonaws.xray.proxies.apache.http.HttpClientBuilder;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.Map;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpGet;
import org.apache.http.impl.client.CloseableHttpClient;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;

/**
 * A service of the test shop, traced by the X-Ray SDK for Java: a servlet behind the SDK's filter, with its Apache HTTP client.
 *
 * <pre>Service NAME HOST:PORT [NEXT_URL]</pre>
 *
 * GET /buy?status=S passes the request on to NEXT_URL, if there is one, and answers with the status that came back; the last
 * service of the chain answers S. With steps=N it first does N things that are subsegments. The body says which trace the request
 * belongs to and whether it is sampled. GET /browse is the same under another path, for rules that tell requests apart.
 */
public final class Service extends HttpServlet {
    private final String next;
    private final CloseableHttpClient client = HttpClientBuilder.create().build();

    private Service(String next) {
        this.next = next;
    }

    public static void main(String[] args) throws Exception {
        int colon = args[1].lastIndexOf(':');
        Server server = new Server(new InetSocketAddress(args[1].substring(0, colon), Integer.parseInt(args[1].substring(colon + 1))));
        ServletContextHandler context = new ServletContextHandler("/");
        context.addFilter(new FilterHolder(new AWSXRayServletFilter(args[0])), "/*", EnumSet.of(DispatcherType.REQUEST));
        ServletHolder service = new ServletHolder(new Service(args.length > 2 ? args[2] : null));
        context.addServlet(service, "/buy");
        context.addServlet(service, "/browse");
        server.setHandler(context);
        server.start();
        server.join();
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Segment segment = AWSXRay.getCurrentSegment();
        segment.putAnnotation("tenant", "blue");
        segment.putAnnotation("items", 3);
        segment.putAnnotation("express", false);
        segment.putMetadata("cart", Map.of("lines", 3));
        String steps = request.getParameter("steps");
        for (int i = 0; steps != null && i < Integer.parseInt(steps); i++) {
            AWSXRay.createSubsegment("step", step -> {});
        }
        int status = Integer.parseInt(request.getParameter("status"));
        if (next != null) {
            try (CloseableHttpResponse answer = client.execute(new HttpGet(next + "/buy?status=" + status))) {
                status = answer.getStatusLine().getStatusCode();
            }
        }
        response.setStatus(status);
        response.setContentType("application/json");
        response.getWriter().printf("{\"trace\":\"%s\",\"sampled\":%b}%n", segment.getTraceId(), segment.isSampled());
    }
}
