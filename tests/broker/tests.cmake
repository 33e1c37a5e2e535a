# One real broker for all tests with the label `broker`, started by ctest before the first of them.
set(kafka ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/broker/kafka --home ${PROJECT_BINARY_DIR}/kafka --name test)
add_test(NAME broker_start COMMAND ${kafka} start --fresh --port ${CS_TEST_KAFKA_PORT})
add_test(NAME broker_stop COMMAND ${kafka} stop --wipe)
set_tests_properties(broker_start PROPERTIES FIXTURES_SETUP broker LABELS broker TIMEOUT 900)
set_tests_properties(broker_stop PROPERTIES FIXTURES_CLEANUP broker LABELS broker TIMEOUT 120)
add_test(NAME broker_script COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/broker/test_kafka.py)
set_tests_properties(broker_script PROPERTIES LABELS house)
