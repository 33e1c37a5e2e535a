target_link_libraries(${room} PRIVATE PkgConfig::RDKAFKA Threads::Threads)
