-- wrk: send the tokens of a file in turn; print one line of results. With a
-- second argument a connection waits so many ms before each request.
local tokens, turn = {}, 0

function init(args)
    if args[1] and args[1] ~= "" then
        for line in io.lines(args[1]) do
            tokens[#tokens + 1] = wrk.format("GET", nil,
                {["Host"] = "bench", ["Authorization"] = "Bearer " .. line})
        end
    else
        tokens[1] = wrk.format("GET", nil, {["Host"] = "bench"})
    end
    if args[2] then
        delay = function() return tonumber(args[2]) end
    end
end

function request()
    turn = turn % #tokens + 1
    return tokens[turn]
end

function done(summary, latency)
    io.write(string.format("RESULT %d %d %d %d\n", summary.requests,
        summary.errors.status + summary.errors.read + summary.errors.write
            + summary.errors.connect + summary.errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
