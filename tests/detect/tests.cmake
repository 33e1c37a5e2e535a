# Precision and recall of each detector on the authored set, in its short form.
if(TARGET chatsieve)
  add_test(NAME detect_figures COMMAND ${Python3_EXECUTABLE} -B ${PROJECT_SOURCE_DIR}/bench/detectors.py
    --program $<TARGET_FILE:chatsieve> --count 2600 --seed 2 --goal 99 --list)
  set_tests_properties(detect_figures PROPERTIES LABELS detect TIMEOUT 120)
endif()
