# Precision and recall of each detector on the authored set, in its short form.
if(TARGET chatsieve)
  add_test(NAME detect_figures COMMAND ${Python3_EXECUTABLE} -B ${PROJECT_SOURCE_DIR}/bench/detectors.py
    --program $<TARGET_FILE:chatsieve> --count 2600 --seed 2 --goal 99 --list)
  add_test(NAME detect_authored COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/detect/authored_test.py
    $<TARGET_FILE:chatsieve>)
  set_tests_properties(detect_figures detect_authored PROPERTIES LABELS detect TIMEOUT 120)
endif()
