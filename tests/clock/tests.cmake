if(TARGET clock_test_memory)
  target_link_options(clock_test_memory PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
endif()
if(TARGET clock_test_snapshot)
  target_link_options(clock_test_snapshot PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
endif()
if(TARGET clock_test_exchange)
  target_link_options(clock_test_exchange PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
endif()

# Every counter of every metric against a model in another language. CS_KPI_MESSAGES makes the logs longer.
add_executable(clock_ledger ${CMAKE_CURRENT_SOURCE_DIR}/clock/ledger.c)
target_compile_options(clock_ledger PRIVATE ${CS_WARNINGS} -Wno-missing-prototypes -Wno-pedantic)
target_link_libraries(clock_ledger PRIVATE cs_clock)
set_target_properties(clock_ledger PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
if(CS_SANITIZE) # elsewhere e2e_kpi_model
  add_test(NAME clock_ledger_model COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/e2e/kpi_agree.py
    --clock $<TARGET_FILE:clock_ledger>)
  set_tests_properties(clock_ledger_model PROPERTIES LABELS clock TIMEOUT 600 SKIP_RETURN_CODE 77
    FAIL_REGULAR_EXPRESSION "${CS_TEST_FAIL}")
endif()
