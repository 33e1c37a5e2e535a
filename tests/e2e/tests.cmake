# Real Kafka, the real program, and checks in another language. Counts are set so that the suite stays within minutes;
# bench/RESULTS.md tells of the long runs.
if(TARGET chatsieve AND NOT CS_SANITIZE)
  set(round_trip ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/round_trip.py
    --brokers 127.0.0.1:${CS_TEST_KAFKA_PORT} --program $<TARGET_FILE:chatsieve> --proto ${PROJECT_SOURCE_DIR}/proto
    --chat ${PROJECT_SOURCE_DIR}/../shared/data/jd_chat.tsv)
  add_test(NAME e2e_round_trip COMMAND ${round_trip} --count 200000)
  add_test(NAME e2e_killed COMMAND ${round_trip} --count 60000 --kills 8 --seed 5)
  add_test(NAME e2e_refusals COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/refusals.py
    --brokers 127.0.0.1:${CS_TEST_KAFKA_PORT} --program $<TARGET_FILE:chatsieve>)
  add_test(NAME e2e_secured COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/secured.py
    --program $<TARGET_FILE:chatsieve> --proto ${PROJECT_SOURCE_DIR}/proto
    --broker ${PROJECT_SOURCE_DIR}/tests/broker/kafka --home ${PROJECT_BINARY_DIR}/kafka)
  add_test(NAME e2e_reload COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/reload.py
    --brokers 127.0.0.1:${CS_TEST_KAFKA_PORT} --program $<TARGET_FILE:chatsieve> --proto ${PROJECT_SOURCE_DIR}/proto
    --shipped ${PROJECT_SOURCE_DIR}/plugin/share/rules --reloads 20)
  set(state ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/state.py
    --brokers 127.0.0.1:${CS_TEST_KAFKA_PORT} --program $<TARGET_FILE:chatsieve> --proto ${PROJECT_SOURCE_DIR}/proto
    --tools ${PROJECT_BINARY_DIR}/tools)
  add_test(NAME e2e_state_killed COMMAND ${state} --kills 10)
  add_test(NAME e2e_state_moved COMMAND ${state} --kills 6 --instances 3 --seed 2)
  add_test(NAME e2e_overdue COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/overdue.py
    --brokers 127.0.0.1:${CS_TEST_KAFKA_PORT} --program $<TARGET_FILE:chatsieve> --proto ${PROJECT_SOURCE_DIR}/proto)
  add_test(NAME e2e_profiles COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/profiles.py
    --brokers 127.0.0.1:${CS_TEST_KAFKA_PORT} --program $<TARGET_FILE:chatsieve> --proto ${PROJECT_SOURCE_DIR}/proto)
  add_test(NAME e2e_kpi_table COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/kpi_table.py
    --brokers 127.0.0.1:${CS_TEST_KAFKA_PORT} --program $<TARGET_FILE:chatsieve> --proto ${PROJECT_SOURCE_DIR}/proto
    --tools ${PROJECT_BINARY_DIR}/tools)
  add_test(NAME e2e_kpi_live COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/e2e/kpi_live.py
    --brokers 127.0.0.1:${CS_TEST_KAFKA_PORT} --program $<TARGET_FILE:chatsieve> --proto ${PROJECT_SOURCE_DIR}/proto
    --tools ${PROJECT_BINARY_DIR}/tools)
  add_test(NAME e2e_kpi_model COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/e2e/kpi_agree.py
    --program $<TARGET_FILE:chatsieve> --clock $<TARGET_FILE:clock_ledger> --tools ${PROJECT_BINARY_DIR}/tools)
  set_tests_properties(e2e_kpi_model PROPERTIES LABELS e2e TIMEOUT 600 SKIP_RETURN_CODE 77)
  set_tests_properties(e2e_kpi_live PROPERTIES SKIP_RETURN_CODE 77)
  set_tests_properties(e2e_overdue e2e_profiles e2e_state_killed e2e_state_moved e2e_kpi_table e2e_kpi_live e2e_round_trip e2e_killed e2e_refusals e2e_secured e2e_reload PROPERTIES LABELS "e2e;broker" TIMEOUT 900)
endif()
