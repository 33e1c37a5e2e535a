target_link_libraries(${room} PRIVATE Threads::Threads)
