/* From the command line to a sub-command's exit code. */
#ifndef CS_CHATSIEVE_PROGRAM_H
#define CS_CHATSIEVE_PROGRAM_H

int cs_program(int argc, char **argv);

#endif
