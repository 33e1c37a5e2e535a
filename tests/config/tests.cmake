if(TARGET config_test_memory)
  target_link_options(config_test_memory PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
endif()
