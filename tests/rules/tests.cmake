if(TARGET rules_test_memory)
  target_link_options(rules_test_memory PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
endif()
