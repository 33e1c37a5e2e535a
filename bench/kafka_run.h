/* Run a pipeline over a real Kafka and print messages a second and client processor time a message, both from
 * the first record to the last acknowledgement. What the filter is, is decided by what is linked:
 * bench_pipeline has the real one, bench_passthrough one that copies; client code and settings are the same
 * by construction.
 *
 * arguments: --brokers H:P --input T --output T --deadletter T --group G --count N [--workers N] [--rules
 * PATH]
 *            [--profiles PATH] [--set NAME=VALUE]... */
#ifndef BENCH_KAFKA_RUN_H
#define BENCH_KAFKA_RUN_H

/* Exit status of the program. */
int bench_kafka_run(const char *name, int argc, char **argv);

#endif
