# The character tables are generated from Debian's unicode-data and OpenCC packages.
find_program(OPENCC_DICT opencc_dict REQUIRED)
set(CS_UNICODE_DIR /usr/share/unicode CACHE PATH "Files of the package unicode-data")
set(CS_OPENCC_DIR /usr/share/opencc CACHE PATH "Files of the package libopencc-data")
set(text_tables ${CMAKE_CURRENT_BINARY_DIR}/text_tables.c)
file(GLOB text_inputs ${CS_UNICODE_DIR}/UnicodeData.txt* ${CS_UNICODE_DIR}/cldr/common/annotations/zh.xml ${CS_UNICODE_DIR}/Unihan_Variants.txt*
     ${CS_OPENCC_DIR}/TSCharacters.*)
add_custom_command(
  OUTPUT ${text_tables}
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/plugin/text/gen_tables.py ${text_tables} --unicode
          ${CS_UNICODE_DIR} --opencc ${CS_OPENCC_DIR} --dict ${OPENCC_DICT}
  DEPENDS ${PROJECT_SOURCE_DIR}/plugin/text/gen_tables.py ${PROJECT_SOURCE_DIR}/plugin/text/signs.py
          ${PROJECT_SOURCE_DIR}/plugin/text/data/rebus.txt ${text_inputs}
  COMMENT "Generating character tables"
  VERBATIM)
target_sources(${room} PRIVATE ${text_tables})
include(${PROJECT_SOURCE_DIR}/plugin/text/readings.cmake)
