target_link_options(scan_test_alloc PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
