-- wrk: tokens whose key id nobody knows, each a new one, at a steady rate.
-- The file has what stands before the id and what stands after it, then the
-- parts of which an id is made, all in base64url. Second argument: how long a
-- connection waits before a request, in ms.
local before, after, parts, wait = nil, nil, {}, 0

function init(args)
    local lines = {}
    for line in io.lines(args[1]) do lines[#lines + 1] = line end
    before, after = lines[1], lines[2]
    for n = 3, #lines do parts[#parts + 1] = lines[n] end
    wait = tonumber(args[2])
    math.randomseed(tonumber(args[3]))
end

local function part() return parts[math.random(#parts)] end

function request()
    local kid = part() .. part() .. part() .. part()
    return wrk.format("GET", nil, {["Host"] = "bench",
        ["Authorization"] = "Bearer " .. before .. kid .. after})
end

function delay() return wait end
