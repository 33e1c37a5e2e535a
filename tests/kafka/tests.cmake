# These programs look behind the door of kafka/ (error injection, plain reading) and above it (the pipeline).
target_link_libraries(kafka_prog_mock PRIVATE cs_pipeline PkgConfig::RDKAFKA)
target_link_libraries(kafka_prog_real PRIVATE cs_pipeline PkgConfig::RDKAFKA)
target_link_libraries(kafka_prog_refusal PRIVATE PkgConfig::RDKAFKA)
set_tests_properties(kafka_prog_real PROPERTIES LABELS "kafka;broker")
# Not under ThreadSanitizer: it does not know the C11 threads that librdkafka runs on, and crashes in them. Races are
# looked for in the pipeline over the memory transport.
set_tests_properties(kafka_prog_mock kafka_prog_refusal PROPERTIES LABELS kafka)
foreach(stem state lost)
  target_link_libraries(kafka_prog_broker_${stem} PRIVATE cs_pipeline PkgConfig::RDKAFKA)
endforeach()
target_link_options(kafka_test_lane PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
