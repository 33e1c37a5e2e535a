# The top-level domains are generated from Debian's publicsuffix package.
set(CS_SUFFIXES /usr/share/publicsuffix/public_suffix_list.dat CACHE FILEPATH "File of the package publicsuffix")
set(tlds ${CMAKE_CURRENT_BINARY_DIR}/tlds.c)
add_custom_command(
  OUTPUT ${tlds}
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/plugin/detect/gen_tlds.py ${tlds} ${CS_SUFFIXES}
  DEPENDS ${PROJECT_SOURCE_DIR}/plugin/detect/gen_tlds.py ${CS_SUFFIXES}
  COMMENT "Generating top-level domains"
  VERBATIM)
target_sources(${room} PRIVATE ${tlds})
