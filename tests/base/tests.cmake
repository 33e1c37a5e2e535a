# Each test wraps the allocator calls of the file under test.
set(wrap_arena malloc)
set(wrap_buf realloc)
set(wrap_map malloc calloc realloc) # as fuse.h wraps all three
set(wrap_diag malloc calloc realloc)
foreach(name arena buf map diag)
  if(TARGET base_test_${name})
    foreach(call ${wrap_${name}})
      target_link_options(base_test_${name} PRIVATE -Wl,--wrap=${call})
    endforeach()
  endif()
endforeach()
