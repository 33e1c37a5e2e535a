# The house rules, each as a test of its own; `house_checker` proves that the checker catches what it should.
set(check ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/house/check.py)
foreach(rule rooms budgets layout text scripts readme format symbols tidy)
  add_test(NAME house_${rule} COMMAND ${check} ${rule} ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  set_tests_properties(house_${rule} PROPERTIES LABELS house SKIP_RETURN_CODE 77)
endforeach()
set_tests_properties(house_tidy PROPERTIES LABELS "house;tidy" PROCESSORS 2 TIMEOUT 900)
add_test(NAME house_checker COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/house/test_checker.py)
set_tests_properties(house_checker PROPERTIES LABELS house)
if(CS_SANITIZE STREQUAL "")
  add_test(NAME house_install COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/house/test_install.py
    ${PROJECT_BINARY_DIR} ${PROJECT_VERSION})
  set_tests_properties(house_install PROPERTIES LABELS house)
endif()
