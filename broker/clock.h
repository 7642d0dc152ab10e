/* The two clocks of the broker. The core has none: it is told the time. */
#ifndef JG_BROKER_CLOCK_H
#define JG_BROKER_CLOCK_H

#include <stdint.h>

/* Milliseconds that never go back: for deadlines. Equal in all processes. */
int64_t jg_clock_ms(void);

/* Unix time in seconds: for records and tokens. */
int64_t jg_clock_s(void);

#endif
