/* The whole pipeline over a real Kafka; see kafka_run.h for the arguments. */
#include "kafka_run.h"

int main(int argc, char **argv)
{
    return bench_kafka_run("pipeline", argc, argv);
}
