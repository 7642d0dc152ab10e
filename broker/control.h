/* The control API over SCGI: core/admin answers, this carries. */
#ifndef JG_BROKER_CONTROL_H
#define JG_BROKER_CONTROL_H

#include "lot.h"
#include "scgi.h"

#include "admin/admin.h"

/* After so many wrong secrets within a minute, each one more is answered only
 * after a pause: for each process. */
#define JG_THROTTLE_FREE 5
#define JG_THROTTLE_WINDOW_MS 60000
#define JG_THROTTLE_PAUSE_MS 200

/* Wrong secrets of late; zeroed is a good start. */
struct jg_throttle {
    int64_t since_ms; /* when the window began */
    unsigned failures;
};

/* One more wrong secret. How long its answer should wait, in milliseconds. */
int64_t jg_throttle_failed(struct jg_throttle *throttle, int64_t now_ms);

struct jg_control {
    struct jg_admin admin; /* over the process's store */
    struct jg_throttle throttle;
};

/* <broker>'s store must be open. */
void jg_control_init(struct jg_control *control, struct jg_broker *broker);

/*
 * Answer <scgi> on <fd>, and load the definitions again when the answer asks
 * for it. False: the connection stands in <lot> now, and belongs to it.
 */
bool jg_control_serve(struct jg_control *control, struct jg_broker *broker,
                      struct jg_lot *lot, int fd, const struct jg_scgi *scgi);

#endif
