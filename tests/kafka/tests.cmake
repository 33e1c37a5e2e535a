# The mock-cluster programs look behind the door of kafka/ (error injection) and above it (the pipeline).
target_link_libraries(kafka_prog_mock PRIVATE cs_pipeline PkgConfig::RDKAFKA)
target_link_libraries(kafka_prog_refusal PRIVATE PkgConfig::RDKAFKA)
