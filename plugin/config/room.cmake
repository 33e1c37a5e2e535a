target_link_libraries(${room} PRIVATE PkgConfig::YAML)
