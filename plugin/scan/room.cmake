target_link_libraries(${room} PUBLIC PkgConfig::HS)
