if(TARGET chatsieve_shared AND NOT CS_SANITIZE)
  add_test(NAME filter_python_host COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/filter/host.py
    $<TARGET_FILE:chatsieve_shared> ${PROJECT_SOURCE_DIR}/proto ${CMAKE_CURRENT_SOURCE_DIR}/filter/pack.yaml
    ${CMAKE_CURRENT_SOURCE_DIR}/filter/profile.yaml)
  set_tests_properties(filter_python_host PROPERTIES LABELS filter)
endif()
if(TARGET filter_test_flood)
  target_compile_definitions(filter_test_flood PRIVATE CS_TEST_RULES="${PROJECT_SOURCE_DIR}/plugin/share/rules")
endif()
