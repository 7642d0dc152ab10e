-- wrk: one client that asks for tokens, again and again; one line of results.
function init()
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
    wrk.body = "grant_type=client_credentials&client_id=bench&client_secret=s"
end

function done(summary, latency)
    io.write(string.format("RESULT %d %d %d %d\n", summary.requests,
        summary.errors.status + summary.errors.read + summary.errors.write
            + summary.errors.connect + summary.errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
