target_link_options(scan_test_alloc PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
target_link_options(scan_test_lattice_alloc PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
target_link_options(scan_test_regex PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
