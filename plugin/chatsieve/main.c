#include "chatsieve/program.h"

int main(int argc, char **argv)
{
    return cs_program(argc, argv);
}
