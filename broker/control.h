/* The control API over SCGI: core/admin answers, this carries. */
#ifndef JG_BROKER_CONTROL_H
#define JG_BROKER_CONTROL_H

#include "lot.h"
#include "scgi.h"

#include "admin/admin.h"

struct jg_control {
    struct jg_admin admin; /* over the process's store */
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
