// A program that a guard allows: it does nothing.
int main(void)
{
	return 0;
}
