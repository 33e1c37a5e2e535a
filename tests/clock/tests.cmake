if(TARGET clock_test_memory)
  target_link_options(clock_test_memory PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
endif()
