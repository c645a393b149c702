#include "exchange_http/rate_limit.h"

#include "base/utc.h"

enum { S_PER_MIN = 60 };

bool rate_limit_take(struct rate_limit *limit, int64_t wall_ns, struct rate_standing *standing)
{
    int64_t minute = wall_ns / NS_PER_MIN;
    if (minute != limit->minute) {
        limit->minute = minute;
        limit->used = 0;
    }
    bool passes = limit->per_minute == 0 || limit->used < limit->per_minute;
    limit->used += passes && limit->per_minute != 0;
    *standing = (struct rate_standing){
        .limit = limit->per_minute,
        .remaining = limit->per_minute - limit->used,
        .reset_s = (minute + 1) * S_PER_MIN,
    };
    return passes;
}

bool rate_limit_refuse(struct refusal *refusal)
{
    return refuse(refusal, 429, CODE_TOO_MANY, "too many requests.");
}
