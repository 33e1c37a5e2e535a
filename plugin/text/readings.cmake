# How characters sound and look, from Unihan and the lists in data/.
set(readings_tables ${CMAKE_CURRENT_BINARY_DIR}/text_readings.c)
file(GLOB readings_inputs ${CS_UNICODE_DIR}/Unihan_*.txt*)
add_custom_command(
  OUTPUT ${readings_tables}
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/plugin/text/gen_readings.py ${readings_tables} --fold
          ${text_tables} --unicode ${CS_UNICODE_DIR}
  DEPENDS ${PROJECT_SOURCE_DIR}/plugin/text/gen_readings.py
          ${PROJECT_SOURCE_DIR}/plugin/text/data/splits.txt ${PROJECT_SOURCE_DIR}/plugin/text/data/splits_more.txt
          ${PROJECT_SOURCE_DIR}/plugin/text/data/parts.txt
          ${PROJECT_SOURCE_DIR}/plugin/text/data/lookalikes.txt ${PROJECT_SOURCE_DIR}/plugin/text/data/letters.txt
          ${PROJECT_SOURCE_DIR}/plugin/text/data/spins.txt
          ${text_tables} ${readings_inputs}
  COMMENT "Generating tables of readings and shapes"
  VERBATIM)
target_sources(${room} PRIVATE ${readings_tables})
