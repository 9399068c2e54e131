// What a guard forbids: makes the file that the last argument names. Without one it does nothing.
#include <fcntl.h>
#include <unistd.h>

int main(int count, char **arguments)
{
	return count < 2 || open(arguments[count - 1], O_WRONLY | O_CREAT, 0644) >= 0 ? 0 : 1;
}
