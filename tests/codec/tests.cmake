foreach(stem wire encode annotation alloc)
  if(TARGET codec_test_${stem})
    target_link_libraries(codec_test_${stem} PRIVATE cs_proto)
  endif()
endforeach()
foreach(stem json alloc)
  if(TARGET codec_test_${stem})
    target_link_libraries(codec_test_${stem} PRIVATE PkgConfig::JANSSON)
  endif()
endforeach()
if(TARGET codec_test_alloc)
  target_link_options(codec_test_alloc PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
endif()

# Google's protobuf reads what the codec writes. The Python that has protobuf is Debian's own.
add_executable(codec_filter_stream ${CMAKE_CURRENT_SOURCE_DIR}/codec/filter_stream.c)
target_compile_options(codec_filter_stream PRIVATE ${CS_WARNINGS})
target_link_libraries(codec_filter_stream PRIVATE cs_codec)
set_target_properties(codec_filter_stream PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
find_program(CS_SYSTEM_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
if(NOT CS_SYSTEM_PYTHON)
  set(CS_SYSTEM_PYTHON ${Python3_EXECUTABLE})
endif()
add_test(NAME codec_schema COMMAND ${CS_SYSTEM_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/codec/schema.py
  ${PROJECT_SOURCE_DIR}/proto ${CMAKE_CURRENT_SOURCE_DIR}/codec/golden $<TARGET_FILE:codec_filter_stream>)
add_test(NAME codec_lint COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/codec/lint.sh
  ${PROJECT_SOURCE_DIR}/proto ${PROJECT_BINARY_DIR}/tools)
set_tests_properties(codec_schema codec_lint PROPERTIES LABELS codec SKIP_RETURN_CODE 77
  FAIL_REGULAR_EXPRESSION "${CS_TEST_FAIL}" TIMEOUT 300)
