/* Which keys of the client library an operator may set, and to which client each one belongs. Tables only;
 * the library itself knows every name and checks every value. */
#ifndef CS_KAFKA_PROPERTY_H
#define CS_KAFKA_PROPERTY_H

#include <stdbool.h>

enum cs_kafka_role { CS_KAFKA_CONSUMER = 1, CS_KAFKA_PRODUCER = 2 };

/* The roles (set of enum cs_kafka_role) that `key` means something to; both when the tables do not name it.
 */
unsigned cs_kafka_property_roles(const char *key);
/* Why an operator may not set `key`, or NULL when it is free. */
const char *cs_kafka_property_refusal(const char *key);
/* Why `value` may not be given to `key` although the library would take it, or NULL. */
const char *cs_kafka_value_refusal(const char *key, const char *value);

#endif
