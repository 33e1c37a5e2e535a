# The program: its parts as Criterion programs (sources of the program, without main), the whole as a black box.
set(part ${PROJECT_SOURCE_DIR}/plugin/chatsieve)

function(cs_program_test name)
  add_executable(chatsieve_${name} ${CMAKE_CURRENT_SOURCE_DIR}/chatsieve/${name}.c ${ARGN})
  target_compile_options(chatsieve_${name} PRIVATE ${CS_WARNINGS} -Wno-missing-prototypes -Wno-pedantic)
  target_include_directories(chatsieve_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(chatsieve_${name} PRIVATE cs_pipeline Threads::Threads PkgConfig::CRITERION)
  set_target_properties(chatsieve_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  if(CS_SANITIZE STREQUAL "thread")
    set_target_properties(chatsieve_${name} PROPERTIES EXCLUDE_FROM_ALL TRUE)
    return()
  endif()
  add_test(NAME chatsieve_${name} COMMAND chatsieve_${name})
  set_tests_properties(chatsieve_${name} PROPERTIES FAIL_REGULAR_EXPRESSION "${CS_TEST_FAIL}" TIMEOUT 300
    LABELS chatsieve)
endfunction()

if(TARGET chatsieve)
  cs_program_test(test_cli ${part}/cli.c ${part}/cli_table.c)
  cs_program_test(test_dialogue ${part}/dialogue.c ${part}/dialogue_lines.c ${part}/disguise.c)
  cs_program_test(test_log ${part}/log.c)
  cs_program_test(test_reader ${part}/reader.c)
  cs_program_test(test_screen ${part}/screen.c ${part}/tally.c)
  foreach(script kpi_vectors scan check explain help generate run demo peer regex rules disguised)
    add_test(NAME chatsieve_${script} COMMAND ${Python3_EXECUTABLE} -B
      ${CMAKE_CURRENT_SOURCE_DIR}/chatsieve/${script}_test.py)
    set_tests_properties(chatsieve_${script} PROPERTIES LABELS chatsieve TIMEOUT 300 SKIP_RETURN_CODE 77
      ENVIRONMENT "CHATSIEVE=$<TARGET_FILE:chatsieve>"
      FAIL_REGULAR_EXPRESSION "${CS_TEST_FAIL}")
  endforeach()
  add_test(NAME chatsieve_readme COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/chatsieve/readme_test.py
    $<TARGET_FILE:chatsieve> ${PROJECT_SOURCE_DIR}/README.md)
  set_tests_properties(chatsieve_readme PROPERTIES LABELS chatsieve TIMEOUT 120 SKIP_RETURN_CODE 77)
endif()
